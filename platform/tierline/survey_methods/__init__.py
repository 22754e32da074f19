"""The methods of surveys: samples one can believe, measures that say how far; pure functions."""
