"""Puts `tests/` on the path, so that every folder of tests can import `worlds`."""

from hypothesis import settings

# The same examples every time, however slow the machine: a check passes always or never.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")


def pytest_terminal_summary(terminalreporter):
    """Say how many values of engine and oracle were held equal."""
    compared = sum(
        value
        for report in terminalreporter.stats.get("passed", ())
        for name, value in report.user_properties
        if name == "values compared"
    )
    if compared:
        terminalreporter.write_line(f"engine against oracle: {compared:,} values, none differs")
