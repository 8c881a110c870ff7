// What scrolls sideways can be reached by keyboard, also when it begins to scroll late.
// The theme looks once, when the page is loaded.
const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
const boxes = "article :is(pre, .cell_output, div.math, .pst-scrollable-table-container)";
for (const box of document.querySelectorAll(boxes)) {
  watch.observe(box);
}
