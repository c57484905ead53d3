"""The annotation tools' own libraries; what they themselves are warned of at import is theirs to mend."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import argilla
    from argilla import TaskDistribution
    from argilla._models import FieldModel, QuestionModel  # `Settings` wants a server
    from label_studio_converter import Converter
    from label_studio_converter.utils import parse_config

__all__ = ["Converter", "FieldModel", "QuestionModel", "TaskDistribution", "argilla", "parse_config"]
