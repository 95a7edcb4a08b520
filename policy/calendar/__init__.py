"""Working days, pauses and the annual timetable."""
