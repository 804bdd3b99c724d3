package session

import "errors"

var errColumn = errors.New("a column is no JSON array of the right length")

// Elements cuts the JSON text of an array into the texts of its elements, and appends them. What is inside an element is
// looked at only as far as its end has to be found.
func Elements(to [][]byte, text []byte) ([][]byte, error) {
	at := skipSpace(text, 0)
	if at >= len(text) || text[at] != '[' {
		return nil, errColumn
	}
	at = skipSpace(text, at+1)
	if at < len(text) && text[at] == ']' {
		return to, atEnd(text, at+1)
	}
	for {
		end := elementEnd(text, at)
		if end <= at || end >= len(text) {
			return nil, errColumn
		}
		to = append(to, trimSpace(text[at:end:end]))
		if text[end] == ']' {
			return to, atEnd(text, end+1)
		}
		at = skipSpace(text, end+1)
	}
}

func atEnd(text []byte, at int) error {
	if skipSpace(text, at) != len(text) {
		return errColumn
	}
	return nil
}

func isSpace(sign byte) bool { return sign == ' ' || sign == '\n' || sign == '\t' || sign == '\r' }

func skipSpace(text []byte, at int) int {
	for at < len(text) && isSpace(text[at]) {
		at++
	}
	return at
}

func trimSpace(text []byte) []byte {
	for len(text) > 0 && isSpace(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text
}

// elementEnd finds the comma or bracket behind an element; the length of the text where there is none.
func elementEnd(text []byte, at int) int {
	depth := 0
	for at < len(text) {
		switch text[at] {
		case '"':
			if at = quoteEnd(text, at+1); at >= len(text) {
				return at
			}
		case '[', '{':
			depth++
		case ']', '}':
			if depth == 0 {
				return at
			}
			depth--
		case ',':
			if depth == 0 {
				return at
			}
		}
		at++
	}
	return at
}

func quoteEnd(text []byte, at int) int {
	for at < len(text) && text[at] != '"' {
		if text[at] == '\\' {
			at++
		}
		at++
	}
	return at
}
