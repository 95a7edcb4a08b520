"""The ladder judged, held, previewed and replanned; due dates moved and clocks stopped."""
