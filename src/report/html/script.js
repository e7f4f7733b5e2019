const wanted = document.getElementById("wanted");
const shown = document.getElementById("shown");
const samples = [...document.querySelectorAll(".sample")].map((card) => [card, card.textContent.toLowerCase()]);
function filter() {
  const words = wanted.value.toLowerCase().trim();
  let count = 0;
  for (const [card, text] of samples) {
    card.hidden = !text.includes(words);
    count += card.hidden ? 0 : 1;
  }
  shown.textContent = `${count} of ${samples.length}`;
}
document.getElementById("filter").hidden = false;
wanted.addEventListener("input", filter);
filter();
