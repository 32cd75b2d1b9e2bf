"""How fast, against what. Each module is a benchmark: python -m benchmarks.NAME."""
