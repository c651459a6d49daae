"""The fast reader: numba takes the plain lines of large logs apart, the catalogue all others."""
