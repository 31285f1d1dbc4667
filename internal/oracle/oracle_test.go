package oracle

import (
	"context"
	"testing"
)

func TestPostgresAnswersAndIsShared(t *testing.T) {
	s := Postgres(t)
	if again := Postgres(t); again != s {
		t.Fatal("the second call started a second server")
	}
	var zone, encoding string
	err := s.Connect(t).QueryRow(context.Background(),
		"SELECT current_setting('TimeZone'), current_setting('server_encoding')").Scan(&zone, &encoding)
	if err != nil {
		t.Fatal(err)
	}
	if zone != "UTC" || encoding != "UTF8" {
		t.Errorf("time zone %q, encoding %q", zone, encoding)
	}
}
