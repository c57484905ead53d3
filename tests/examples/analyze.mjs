const text = "Ik mag mijn eigen week indelen. 😀 Niemand vertrouwt ons.";
const answer = await fetch("http://127.0.0.1:8000/v1/analyze", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ text, offsets: "utf16" }), // JavaScript counts in UTF-16 units
});
const body = await answer.json();
if (!answer.ok) throw new Error(`${body.status} ${body.title} (request ${body.request_id})`);
for (const { start, end, tags } of body.sentences) {
  console.log(text.slice(start, end), tags.map((tag) => `${tag.label} (${tag.stance})`).join(", "));
}
