"""How fast the package is, as ratios to its peers measured in one run."""
