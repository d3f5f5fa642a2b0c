// Declares an incident, says how it stands and reads it back. Needs TOCSIN_URL and TOCSIN_TOKEN.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
)

func api(route, key string, body []byte, into any) error {
	method := http.MethodGet
	if body != nil {
		method = http.MethodPost
	}
	request, err := http.NewRequest(method, os.Getenv("TOCSIN_URL")+"/v1/"+route, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("TOCSIN_TOKEN"))
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", key)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s", text)
	}
	return json.Unmarshal(text, into)
}

func run() error {
	// Whoever runs this twice for one finding declares one incident: the key stands for the finding.
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: go run declare.go KEY, where KEY stands for the finding, such as finding-4711")
	}
	key := os.Args[1]
	declaration, err := os.ReadFile("examples/api/incident.json")
	if err != nil {
		return err
	}
	var declared struct{ ID string }
	if err := api("incidents", key, declaration, &declared); err != nil {
		return err
	}
	var receipt, incident struct {
		Events []any
		State  struct{ Status, Title string }
	}
	if err := api("incidents/"+declared.ID+"/status", key+"-identified", []byte(`{"status":"identified"}`), &receipt); err != nil {
		return err
	}
	if err := api("incidents/"+declared.ID, "", nil, &incident); err != nil {
		return err
	}
	fmt.Println(declared.ID, incident.State.Status, incident.State.Title)
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
