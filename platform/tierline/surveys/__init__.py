"""Surveys of every stakeholder group: samples one can believe, measures that say how far."""
