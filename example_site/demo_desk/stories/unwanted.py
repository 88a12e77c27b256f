"""What reaches every address that is printed somewhere."""

from demo_desk.story import Story, set_status, trash

SPAM = (("X-Spam-Flag", "YES"), ("X-Spam-Status", "Yes, score=14.2"))

UNWANTED = (
    Story(
        ago=12,
        name="SEO Growth Partner",
        address="growth@first-page-guaranteed.example",
        subject="Your website is losing 83 % of its visitors!!!",
        text="Dear website owner, we found 47 critical errors. Reply YES for a free audit worth $499.",
        headers=SPAM,
    ),
    Story(
        ago=33,
        name="Parcel Service",
        address="no-reply@track-your-parcel.example",
        subject="Your parcel could not be delivered",
        text="A fee of 1.99 is due. Click here to pay: http://track-your-parcel.example/pay",
        headers=SPAM,
    ),
    Story(
        ago=60,
        name="Lamp Factory Ltd",
        address="sales@lamp-factory.example",
        subject="Best price LED bicycle light OEM",
        text="Dear friend, we are factory of LED light since 1998. MOQ 5000. Waiting for your good news.",
        steps=(set_status(90, "bruno", "spam"),),
    ),
    Story(
        ago=80,
        name="Test",
        address="lea.test@farol-test.example",
        subject="test, please ignore",
        text="Does the new mailbox work?",
        steps=(trash(30, "manager"),),
    ),
)
