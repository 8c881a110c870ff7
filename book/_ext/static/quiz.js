// Shows the reason for the chosen answer beneath the choices, as soon as one is chosen.
for (const quiz of document.querySelectorAll("fieldset.quiz")) {
  const feedback = quiz.querySelector(".quiz-feedback");
  quiz.dataset.live = "";
  quiz.addEventListener("change", ({ target }) => {
    const answer = quiz.querySelector(`[data-choice="${target.id}"]`);
    const shown = answer.cloneNode(true);
    shown.removeAttribute("data-choice");
    feedback.replaceChildren(shown);
    for (const choice of quiz.querySelectorAll(".quiz-choice")) {
      const chosen = choice.contains(target);
      const verdict = answer.classList.contains("quiz-right") ? "right" : "wrong";
      choice.dataset.verdict = chosen ? verdict : "";
    }
  });
}
