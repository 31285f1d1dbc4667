package builtin

import (
	"fmt"
	"sync"
)

// tables are the functions by family, one file each.
var tables = []func() Table{
	comparisons,
	boolFunctions,
	intFunctions,
	floatFunctions,
	mathFunctions,
	randomFunctions,
	textFunctions,
	trimFunctions,
	byteaFunctions,
	uuidFunctions,
	likeFunctions,
	castFunctions,
	arrayFunctions,
	arrayBuilders,
	arrayText,
	setFunctions,
	vectorFunctions,
	aggregates,
	bitAggregates,
	floatAggregates,
	collectors,
	orderedAggregates,
	vectorAggregates,
	windows,
	regexpFunctions,
	regexpParts,
	numericFunctions,
	datetimeFunctions,
	datetimeReversed,
	datetimeCasts,
	datetimeFields,
	datetimeRanges,
	mixedDatetimes,
	clockFunctions,
	dateTemplates,
	halfvecFunctions,
	sparsevecFunctions,
	bitFunctions,
	inetFunctions,
	sendFunctions,
	extremeFunctions,
	numberTemplates,
	jsonFunctions,
	jsonBuilders,
	jsonbEdits,
	jsonbTests,
	jsonPathFunctions,
	jsonRecords,
	quoteFunctions,
	formatFunctions,
	miscFunctions,
	hashFunctions,
	numericAggregates,
}

// Functions is every implementation of this package. The table is shared and
// read-only.
var Functions = sync.OnceValue(func() Table {
	all := make(Table, 2000)
	for _, family := range tables {
		for key, impl := range family() {
			if _, twice := all[key]; twice {
				panic(fmt.Sprintf("builtin: %s is implemented twice", key))
			}
			all[key] = impl
		}
	}
	return all
})
