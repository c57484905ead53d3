"""What learns and judges: corpus, checks, fitting, calibration, evaluation, gate, report."""
