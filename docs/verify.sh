jq -jcS .report report.json > report.canonical
jq -r .signature.value report.json | base64 -d > report.sig
hash=$(jq -r '.signature.algorithm | ascii_downcase | sub(".*sha_"; "sha")' report.json)
openssl dgst "-$hash" -verify key.pem -signature report.sig report.canonical
