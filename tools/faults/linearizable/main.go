// Command linearizable reads histories of slots as JSON and tells, by porcupine, whether each could have come from a
// slot that does one thing at a time and never gives more seats than it has. Exit code 0: all could; 1: some could not;
// 2: the input is not what it should be.
//
//	linearizable history.json
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"
)

// Slot is one date and time at a centre, with what its callers saw of it.
type Slot struct {
	Slot     string     `json:"slot"`
	Capacity int        `json:"capacity"`
	Calls    []SlotCall `json:"calls"`
}

// SlotCall is one call, or an effect that a call may have had. Times are milliseconds; a missing return is a call whose
// end nobody saw, so its effect may come at any time after.
type SlotCall struct {
	// Kind is "hold", "full" (a hold that was refused for want of seats) or "free".
	Kind string `json:"kind"`
	// Hold names the hold that is made or freed; none for "full".
	Hold string `json:"hold"`
	// Maybe: it is not known whether it happened at all.
	Maybe  bool   `json:"maybe"`
	Caller int    `json:"caller"`
	Call   int64  `json:"call"`
	Return *int64 `json:"return"`
}

// Verdict is what is told of one slot: "ok", "illegal", or "undecided" when the time for it was over.
type Verdict struct {
	Slot    string `json:"slot"`
	Calls   int    `json:"calls"`
	Verdict string `json:"verdict"`
}

const patience = 2 * time.Second

func main() {
	if len(os.Args) != 2 {
		fail("usage: linearizable HISTORY.json")
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err.Error())
	}
	var slots []Slot
	if err := json.Unmarshal(text, &slots); err != nil {
		fail(err.Error())
	}
	verdicts, illegal := checkAll(slots)
	out, err := json.Marshal(verdicts)
	if err != nil {
		fail(err.Error())
	}
	fmt.Println(string(out))
	if illegal {
		os.Exit(1)
	}
}

func checkAll(slots []Slot) ([]Verdict, bool) {
	verdicts := make([]Verdict, 0, len(slots))
	illegal := false
	for _, slot := range slots {
		model := slotModel(slot.Capacity)
		verdict := "ok"
		switch porcupine.CheckOperationsTimeout(model, operations(slot.Calls), patience) {
		case porcupine.Illegal:
			verdict, illegal = "illegal", true
		case porcupine.Unknown:
			verdict = "undecided"
		}
		verdicts = append(verdicts, Verdict{slot.Slot, len(slot.Calls), verdict})
	}
	return verdicts, illegal
}

// operations closes each open interval after everything else: its effect may come last, which is as good as never.
func operations(calls []SlotCall) []porcupine.Operation {
	var last int64
	for _, call := range calls {
		last = max(last, call.Call)
		if call.Return != nil {
			last = max(last, *call.Return)
		}
	}
	list := make([]porcupine.Operation, 0, len(calls))
	for _, call := range calls {
		end := last + 1
		if call.Return != nil {
			end = *call.Return
		}
		list = append(list, porcupine.Operation{ClientId: call.Caller, Input: call, Call: call.Call, Return: end})
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Call < list[j].Call })
	return list
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(2)
}
