"""What outcomes depend on: Morris screening, Sobol' indices, PAWN, and the share that is luck."""
