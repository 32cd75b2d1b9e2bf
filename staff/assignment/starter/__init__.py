"""The layout of the starter code that the course used from 2021 to 2024."""
