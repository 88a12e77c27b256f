"""What happened at Farol in the last weeks."""

from demo_desk.stories.commute import LONG_ONE
from demo_desk.stories.dealers import DEALERS
from demo_desk.stories.service import SERVICE
from demo_desk.stories.unwanted import UNWANTED
from demo_desk.stories.workshop import WORKSHOP

STORIES = (*SERVICE, *WORKSHOP, *DEALERS, LONG_ONE, *UNWANTED)
