"""Actions: one owner, a date, evidence, their ladder and the tracker."""
