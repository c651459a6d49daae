"""How well the findings name what happened: labelled incidents, played and judged rule by rule."""
