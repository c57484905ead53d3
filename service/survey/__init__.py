"""A survey file in, tags, counts and a report that may be shown out: ``weerklank survey``."""
