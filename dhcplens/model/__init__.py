"""The words of the house: states, table schemas and small values. It imports nothing of the other rooms."""
