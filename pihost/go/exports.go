package pihost

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/process-isolation/process-isolation/pihost/go/session"
	"github.com/process-isolation/process-isolation/pihost/go/values"
)

// exports are the functions of a program, ready to be called.
type exports struct {
	// common are found under every module's name; nil where there are modules.
	common  map[string]session.Callee
	modules map[string]map[string]session.Callee
	// kinds say what each function is, by module ("" is the common one) and name.
	kinds map[string]Functions
}

func newExports(functions Functions, modules map[string]Functions) (*exports, error) {
	x := &exports{modules: map[string]map[string]session.Callee{}, kinds: map[string]Functions{"": functions}}
	var err error
	if x.common, err = calleesOf(functions); err != nil {
		return nil, err
	}
	for name, functions := range modules {
		if x.modules[name], err = calleesOf(functions); err != nil {
			return nil, fmt.Errorf("module %q: %w", name, err)
		}
		x.kinds[name] = functions
	}
	return x, nil
}

func calleesOf(functions Functions) (map[string]session.Callee, error) {
	callees := make(map[string]session.Callee, len(functions))
	for name, function := range functions {
		callee, err := session.NewCallee(function)
		if err != nil {
			return nil, fmt.Errorf("the function %q cannot be served: %w", name, err)
		}
		callees[name] = callee
	}
	return callees, nil
}

// find looks a function up. The error is the framework's.
func (x *exports) find(module, method string) (session.Callee, error) {
	functions, known := x.modules[module]
	if !known {
		if len(x.modules) > 0 && len(x.common) == 0 {
			return nil, values.Errorf("MODULE_NOT_FOUND", "MODULE_NOT_FOUND: there is no module %q; there are %s", module, namesOf(x.modules))
		}
		functions = x.common
	}
	callee, known := functions[method]
	if !known {
		return nil, values.Errorf("METHOD_NOT_FOUND", "METHOD_NOT_FOUND: there is no function %q; there are %s", method, namesOf(functions))
	}
	return callee, nil
}

func namesOf[T any](named map[string]T) string {
	names := slices.Sorted(maps.Keys(named))
	if len(names) > 20 {
		names = append(names[:20], "others")
	}
	return strings.Join(names, ", ")
}

// moduleExport is what `exports` of pihost: says of a function.
type moduleExport struct {
	Name      string `json:"name"`
	Kind      string `json:"kind"`
	Generator bool   `json:"generator,omitempty"`
}

func (x *exports) list(module string) []moduleExport {
	functions, known := x.kinds[module]
	if !known {
		functions = x.kinds[""]
	}
	list := []moduleExport{}
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		kind := reflect.TypeOf(functions[name])
		streams := kind.NumOut() > 0 && (kind.Out(0).Kind() == reflect.Chan || kind.Out(0).Kind() == reflect.Func)
		list = append(list, moduleExport{Name: name, Kind: "function", Generator: streams})
	}
	return list
}
