"""A form answered by typing: where one begins, what is asked, what a line did."""
