curl -s --retry 5 http://127.0.0.1:8000/v1/analyze/batch \
  -H 'Content-Type: application/json' \
  -d '{"items": [{"id": "a", "text": "Niemand vertrouwt ons."}, {"id": "b", "text": "Het regent vandaag."}]}'
