package values

import (
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// parser reads JSON as JavaScript understands it: a lone surrogate becomes U+FFFD, numbers are float64.
type parser struct {
	text  []byte
	at    int
	depth int
}

// maxTextDepth is how deep arrays and objects of a text may lie inside one another.
const maxTextDepth = 2500

var errJSON = errors.New("what came is no JSON")

// object is a JSON object that keeps the order of its fields. The other nodes of a parsed text are nil, bool, float64, string
// and []any.
type object struct {
	names  []string
	values []any
}

func (o *object) get(name string) any {
	for index := len(o.names) - 1; index >= 0; index-- {
		if o.names[index] == name {
			return o.values[index]
		}
	}
	return nil
}

func (o *object) has(name string) bool {
	for _, each := range o.names {
		if each == name {
			return true
		}
	}
	return false
}

func parseJSON(text []byte) (any, error) {
	p := &parser{text: text}
	value, err := p.value()
	if err != nil {
		return nil, err
	}
	if p.skipSpace(); p.at != len(text) {
		return nil, errJSON
	}
	return value, nil
}

func (p *parser) skipSpace() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) value() (any, error) {
	p.skipSpace()
	if p.at >= len(p.text) {
		return nil, errJSON
	}
	switch p.text[p.at] {
	case '"':
		return p.quoted()
	case '[':
		return p.array()
	case '{':
		return p.object()
	case 't':
		return true, p.word("true")
	case 'f':
		return false, p.word("false")
	case 'n':
		return nil, p.word("null")
	default:
		return p.number()
	}
}

func (p *parser) word(word string) error {
	if len(p.text)-p.at < len(word) || string(p.text[p.at:p.at+len(word)]) != word {
		return errJSON
	}
	p.at += len(word)
	return nil
}

func (p *parser) enter() error {
	p.at++
	p.depth++
	if p.depth > maxTextDepth {
		return errors.New("arrays and objects lie too deep inside one another")
	}
	return nil
}

// next steps over a comma, or over what ends the list, and then says that it is over.
func (p *parser) next(end byte, isFirst bool) (over bool, err error) {
	p.skipSpace()
	if p.at >= len(p.text) {
		return false, errJSON
	}
	switch sign := p.text[p.at]; {
	case sign == end:
		p.at++
		p.depth--
		return true, nil
	case isFirst:
		return false, nil
	case sign == ',':
		p.at++
		return false, nil
	}
	return false, errJSON
}

func (p *parser) array() (any, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	list := []any{}
	for {
		over, err := p.next(']', len(list) == 0)
		if over || err != nil {
			return list, err
		}
		item, err := p.value()
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
}

func (p *parser) object() (any, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	fields := &object{}
	for {
		over, err := p.next('}', len(fields.names) == 0)
		if over || err != nil {
			return fields, err
		}
		if p.skipSpace(); p.at >= len(p.text) || p.text[p.at] != '"' {
			return nil, errJSON
		}
		name, err := p.quoted()
		if err != nil {
			return nil, err
		}
		if p.skipSpace(); p.at >= len(p.text) || p.text[p.at] != ':' {
			return nil, errJSON
		}
		p.at++
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		fields.names = append(fields.names, name)
		fields.values = append(fields.values, value)
	}
}

func (p *parser) number() (any, error) {
	start := p.at
	for p.at < len(p.text) && isNumberByte(p.text[p.at]) {
		p.at++
	}
	return ParseNumber(p.text[start:p.at])
}

func isNumberByte(sign byte) bool {
	return sign >= '0' && sign <= '9' || sign == '-' || sign == '+' || sign == '.' || sign == 'e' || sign == 'E'
}

// ParseNumber reads a JSON number.
func ParseNumber(text []byte) (float64, error) {
	if integer, ok := ParseInteger(text); ok {
		return float64(integer), nil
	}
	if !isJSONNumber(text) {
		return 0, errJSON
	}
	number, err := strconv.ParseFloat(string(text), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, errJSON
	}
	return number, nil
}

// ParseInteger reads a JSON number of at most 15 digits and no fraction; ok is false for others, and for -0.
func ParseInteger(text []byte) (number int64, ok bool) {
	digits := text
	isNegative := len(text) > 0 && text[0] == '-'
	if isNegative {
		digits = text[1:]
	}
	if len(digits) == 0 || len(digits) > 15 || digits[0] == '0' && (len(digits) > 1 || isNegative) {
		return 0, false
	}
	for _, digit := range digits {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		number = number*10 + int64(digit-'0')
	}
	if isNegative {
		number = -number
	}
	return number, true
}

func isJSONNumber(text []byte) bool {
	at := 0
	digits := func() bool {
		start := at
		for at < len(text) && text[at] >= '0' && text[at] <= '9' {
			at++
		}
		return at > start
	}
	if at < len(text) && text[at] == '-' {
		at++
	}
	start := at
	if !digits() || text[start] == '0' && at > start+1 {
		return false
	}
	if at < len(text) && text[at] == '.' {
		if at++; !digits() {
			return false
		}
	}
	if at < len(text) && (text[at] == 'e' || text[at] == 'E') {
		if at++; at < len(text) && (text[at] == '+' || text[at] == '-') {
			at++
		}
		if !digits() {
			return false
		}
	}
	return at == len(text)
}

// quoted reads a string; one without escapes is copied in one go.
func (p *parser) quoted() (string, error) {
	p.at++
	start := p.at
	for p.at < len(p.text) {
		switch sign := p.text[p.at]; {
		case sign == '"':
			p.at++
			return toValidText(p.text[start : p.at-1]), nil
		case sign == '\\':
			return p.escapedText(start)
		case sign < 0x20:
			return "", errJSON
		default:
			p.at++
		}
	}
	return "", errJSON
}

func toValidText(bytes []byte) string {
	if utf8.Valid(bytes) {
		return string(bytes)
	}
	return string([]rune(string(bytes)))
}

func (p *parser) escapedText(start int) (string, error) {
	text := append([]byte(nil), p.text[start:p.at]...)
	for p.at < len(p.text) {
		sign := p.text[p.at]
		p.at++
		switch {
		case sign == '"':
			return toValidText(text), nil
		case sign < 0x20:
			return "", errJSON
		case sign != '\\':
			text = append(text, sign)
		default:
			escaped, err := p.escape()
			if err != nil {
				return "", err
			}
			text = utf8.AppendRune(text, escaped)
		}
	}
	return "", errJSON
}

func (p *parser) escape() (rune, error) {
	if p.at >= len(p.text) {
		return 0, errJSON
	}
	sign := p.text[p.at]
	p.at++
	switch sign {
	case '"', '\\', '/':
		return rune(sign), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		return p.unicode()
	}
	return 0, errJSON
}

func (p *parser) unicode() (rune, error) {
	first, err := p.hexadecimal()
	if err != nil || !utf16.IsSurrogate(first) {
		return first, err
	}
	if p.at+1 < len(p.text) && p.text[p.at] == '\\' && p.text[p.at+1] == 'u' {
		back := p.at
		p.at += 2
		second, err := p.hexadecimal()
		if err != nil {
			return 0, err
		}
		if joined := utf16.DecodeRune(first, second); joined != utf8.RuneError {
			return joined, nil
		}
		p.at = back
	}
	return utf8.RuneError, nil
}

func (p *parser) hexadecimal() (rune, error) {
	if len(p.text)-p.at < 4 {
		return 0, errJSON
	}
	number, err := strconv.ParseUint(string(p.text[p.at:p.at+4]), 16, 16)
	if err != nil {
		return 0, errJSON
	}
	p.at += 4
	return rune(number), nil
}

const hexDigits = "0123456789abcdef"

// appendText appends a JSON string. What is no UTF-8 becomes U+FFFD.
func appendText(to []byte, text string) []byte {
	to = append(to, '"')
	start := 0
	for at := 0; at < len(text); {
		sign := text[at]
		if sign >= 0x20 && sign != '"' && sign != '\\' && sign < utf8.RuneSelf {
			at++
			continue
		}
		size := 1
		if sign >= utf8.RuneSelf {
			var char rune
			char, size = utf8.DecodeRuneInString(text[at:])
			if char != utf8.RuneError || size > 1 {
				at += size
				continue
			}
		}
		to = append(to, text[start:at]...)
		to = appendEscape(to, sign)
		at += size
		start = at
	}
	return append(append(to, text[start:]...), '"')
}

func appendEscape(to []byte, sign byte) []byte {
	switch {
	case sign >= utf8.RuneSelf:
		return append(to, "\uFFFD"...)
	case sign == '"' || sign == '\\':
		return append(to, '\\', sign)
	case sign == '\n':
		return append(to, '\\', 'n')
	case sign == '\t':
		return append(to, '\\', 't')
	case sign == '\r':
		return append(to, '\\', 'r')
	}
	return append(to, '\\', 'u', '0', '0', hexDigits[sign>>4], hexDigits[sign&15])
}
