"""Numbers as people write them: refused with the number that was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imr_sim.cli.main import main
from imr_sim.cli.request.keys import meant_number


@given(
    st.integers(1000, 10**9),
    st.sampled_from(["$", "US$", "USD ", "€", ""]),
    st.sampled_from(["", " USD", "$", " dollars"]),
    st.sampled_from([",", ".", " ", "_", "'"]),
)
def test_money_with_its_signs_is_understood(amount, before, after, thousands):
    written = f"{amount:,}".replace(",", thousands)
    meant = meant_number(before + written + after)
    if thousands == "." and amount < 10**6:
        assert meant is not None and float(meant) == float(written)  # 5.000 is five, as it stands
    else:
        assert meant is not None and float(meant) == amount


@given(st.decimals(0, 999, places=2))
def test_a_decimal_comma_is_understood(number):
    meant = meant_number(str(number).replace(".", ","))
    assert meant is not None and float(meant) == pytest.approx(float(number))


@given(st.integers(0, 100))
def test_percentages_are_shares(percent):
    assert float(meant_number(f"{percent}%")) == pytest.approx(percent / 100)


@given(
    st.sampled_from([("k", 1e3), ("M", 1e6), (" million", 1e6), ("bn", 1e9)]), st.integers(1, 99)
)
def test_scales_are_understood(scale, number):
    assert float(meant_number(f"{number}{scale[0]}")) == number * scale[1]


@given(st.text(st.characters(categories=("L", "P")), max_size=20))
def test_words_are_no_numbers(text):
    assert meant_number(text) is None


@pytest.mark.parametrize(
    ("argument", "write"),
    [
        ("budget=$5,000,000", "budget=5000000"),
        ("budget=5M", "budget=5000000"),
        ("budget='5 000 000 USD'", "budget=5000000"),
        ("parameters.media=0,30", "parameters.media=0.3"),
        ("horizon=1,200", "horizon=1200"),
        ("draws=1.5", "a whole number"),
        ("seed=1;2", "a whole number"),
        ("strategies=training", "strategies=[training,mandate]"),
        ("strategies=training;mandate", "strategies=[training,mandate]"),
    ],
)
def test_the_message_names_what_to_write(argument, write, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["compare", "system=small", argument]) == 2
    err = capsys.readouterr().err
    assert f"{write}." in err or write in err, err
    assert err.count("\n") == 1 and "budget=[" not in err
