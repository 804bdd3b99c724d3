package values

import (
	"reflect"
	"strings"
	"sync"
)

// structField is a field of a struct under the name that its json tag gives it.
type structField struct {
	name      string
	index     []int
	omitEmpty bool
}

var knownFields sync.Map // reflect.Type → []structField

// fieldsOf lists the fields of a struct as encoding/json would name them. Of embedded structs without a tag the fields are
// listed in place of the struct; a name that is nearer to the outside hides others.
func fieldsOf(kind reflect.Type) []structField {
	if known, found := knownFields.Load(kind); found {
		return known.([]structField)
	}
	fields := collectFields(kind, nil, map[string]bool{}, map[reflect.Type]bool{})
	knownFields.Store(kind, fields)
	return fields
}

func collectFields(kind reflect.Type, path []int, taken map[string]bool, within map[reflect.Type]bool) []structField {
	if within[kind] {
		return nil
	}
	within[kind] = true
	var fields []structField
	var embedded []reflect.StructField
	for index := range kind.NumField() {
		field := kind.Field(index)
		tag := field.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		if field.Anonymous && name == "" && structOf(field.Type) != nil {
			embedded = append(embedded, field)
			continue
		}
		if !field.IsExported() || tag == "-" {
			continue
		}
		if name == "" {
			name = field.Name
		}
		if taken[name] {
			continue
		}
		taken[name] = true
		at := append(append([]int(nil), path...), index)
		fields = append(fields, structField{name: name, index: at, omitEmpty: strings.Contains(options, "omitempty")})
	}
	for _, field := range embedded {
		at := append(append([]int(nil), path...), field.Index...)
		fields = append(fields, collectFields(structOf(field.Type), at, taken, within)...)
	}
	delete(within, kind)
	return fields
}

func structOf(kind reflect.Type) reflect.Type {
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if kind.Kind() == reflect.Struct {
		return kind
	}
	return nil
}

func isEmpty(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Slice, reflect.Map, reflect.String, reflect.Array:
		return value.Len() == 0
	case reflect.Struct:
		return false
	}
	return value.IsZero()
}
