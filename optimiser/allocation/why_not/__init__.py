"""Why not this coach: what a pair would cost the whole plan, and the cheapest way to have it."""

from optimiser.allocation.why_not.answer import CoachLoad, Verdict, Way, WhyNot, WhyNotMove
from optimiser.allocation.why_not.loaded import LoadedPlan, load
from optimiser.allocation.why_not.words import full, sentences

__all__ = ["CoachLoad", "LoadedPlan", "Verdict", "Way", "WhyNot", "WhyNotMove", "full", "load", "sentences"]
