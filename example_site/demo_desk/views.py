"""The post office: every mail that left, as its reader sees it; answers and new mails go back to the desk."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from demo_desk.forms import AnswerForm, LetterForm
from demo_desk.letters import File, Letter, answer_to, deliver
from demo_desk.models import SentMail
from wagtail_helpdesk.mail.models import InboundMail

MAILS_PER_PAGE = 30
FRAME_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the mails, newest first; ``?to=`` shows one person's post."""
    mails = SentMail.objects.all()
    wanted = request.GET.get("to", "").strip()
    if wanted:
        mails = mails.filter(recipients__icontains=wanted)
    page = Paginator(mails, MAILS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "demo_desk/index.html", {"mails": page, "wanted": wanted})


def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one mail; POST sends an answer to it."""
    mail = get_object_or_404(SentMail, pk=pk)
    form = AnswerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        letter = answer_to(mail, text=form.cleaned_data["text"], at=timezone.now(), files=files_of(form))
        say(request, deliver(letter))
        return redirect("post_office:index")
    view = request.GET.get("view", "")
    if view not in ("html", "text", "source"):
        view = "html" if mail.html else "text"
    return render(request, "demo_desk/mail.html", {"mail": mail, "form": form, "view": view})


@require_safe
@xframe_options_sameorigin
def html(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the HTML of a mail for its frame, in which nothing runs."""
    mail = get_object_or_404(SentMail, pk=pk)
    return HttpResponse(mail.html, headers={"Content-Security-Policy": FRAME_POLICY})


def write(request: HttpRequest) -> HttpResponse:
    """Write a new mail as any customer."""
    form = LetterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        letter = Letter(
            sender=data["address"],
            sender_name=data["name"],
            to=data["mailbox"].address,
            subject=data["subject"],
            text=data["text"],
            at=timezone.now(),
            files=files_of(form),
        )
        say(request, deliver(letter))
        return redirect("post_office:index")
    return render(request, "demo_desk/write.html", {"form": form})


def files_of(form: AnswerForm | LetterForm) -> list[File]:
    """Return the file that was chosen, if any."""
    file = form.cleaned_data["file"]
    return [File(file.name, file.read(), file.content_type or "application/octet-stream")] if file else []


def say(request: HttpRequest, mail: InboundMail) -> None:
    """Tell what the desk made of a mail."""
    text = f"The desk has it: {mail.get_outcome_display().lower()}"
    messages.success(request, f"{text}, {mail.ticket.reference}." if mail.ticket else f"{text}.")
