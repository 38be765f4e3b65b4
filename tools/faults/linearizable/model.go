package main

import (
	"sort"
	"strings"

	"github.com/anishathalye/porcupine"
)

// slotModel is a slot that does one thing at a time. Its state is the holds that stand, as one sorted text; what may or
// may not have happened has two outcomes, which porcupine follows both.
func slotModel(capacity int) porcupine.Model {
	model := porcupine.NondeterministicModel{
		Init: func() []interface{} { return []interface{}{""} },
		Step: func(state, input, _ interface{}) []interface{} {
			return outcomes(state.(string), input.(SlotCall), capacity)
		},
		Equal: func(a, b interface{}) bool { return a == b },
	}
	return model.ToModel()
}

// outcomes are the states that a call can lead to; none where it could not have been answered so.
func outcomes(state string, call SlotCall, capacity int) []interface{} {
	held := holds(state)
	_, stands := held[call.Hold]
	var next []interface{}
	switch call.Kind {
	case "hold":
		if len(held) < capacity && !stands {
			next = append(next, with(held, call.Hold))
		}
	case "full":
		if len(held) == capacity {
			next = append(next, state)
		}
	case "free":
		if stands {
			next = append(next, without(held, call.Hold))
		}
	}
	if call.Maybe {
		next = append(next, state)
	}
	return next
}

func holds(state string) map[string]struct{} {
	held := map[string]struct{}{}
	for _, each := range strings.Fields(state) {
		held[each] = struct{}{}
	}
	return held
}

func with(held map[string]struct{}, hold string) string {
	held[hold] = struct{}{}
	return text(held)
}

func without(held map[string]struct{}, hold string) string {
	delete(held, hold)
	return text(held)
}

func text(held map[string]struct{}) string {
	names := make([]string, 0, len(held))
	for name := range held {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, " ")
}
