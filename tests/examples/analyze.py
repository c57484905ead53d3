from service.client import Client

texts = ["Ik mag mijn eigen week indelen.", "Niemand vertrouwt ons.", "Het regent vandaag."]
with Client("http://127.0.0.1:8000") as client:
    for analysis in client.analyze_batch(texts):
        labels = [f"{tag.label} ({tag.stance})" for sentence in analysis.sentences for tag in sentence.tags]
        print(analysis.id, analysis.error or analysis.status, *labels)
