package ivf

import "fmt"

// leastPerList is how many vectors for each list k-means has to have at least. It
// wants trainPerList, and below goodPerList, which is what pgvector takes, lists
// get worse.
const (
	leastPerList = 8
	goodPerList  = 50
)

// MemoryError says that an index cannot be trained in the memory that there is,
// both in bytes.
type MemoryError struct{ Need, Have int64 }

func (e *MemoryError) Error() string {
	return fmt.Sprintf("training needs %d bytes, there are %d", e.Need, e.Have)
}

// sampleRows is from how many of the vectors to train within Options.Memory: a
// *MemoryError, before anything is taken, if that would be too few.
func (o *Options) sampleRows(vectors, dims int) (int, error) {
	wanted := o.Lists * trainPerList
	if o.Quantized { // the codes are to be learnt from as many as they need
		wanted = max(wanted, o.codeSample())
	}
	wanted = min(wanted, vectors)
	if o.Memory <= 0 {
		return wanted, nil
	}
	fixed, perRow := o.trainingBytes(dims)
	fits := (o.Memory - fixed) / perRow
	if fits < int64(min(o.Lists*leastPerList, vectors)) {
		return 0, &MemoryError{Need: o.LeastMemory(vectors, dims), Have: o.Memory}
	}
	return int(min(int64(wanted), fits)), nil
}

// LeastMemory is the least Memory, in bytes, with which the lists can be trained.
func (o *Options) LeastMemory(vectors, dims int) int64 {
	fixed, perRow := o.trainingBytes(dims)
	return fixed + int64(min(o.Lists*leastPerList, vectors))*perRow
}

// trainingBytes is what training takes: the centroids, as k-means and its tiles
// have them; a copy of each vector, normalized for a spherical metric, with its
// list and distance.
func (o *Options) trainingBytes(dims int) (fixed, perRow int64) {
	fixed, perRow = 3*4*int64(dims)*int64(o.Lists), 4*int64(dims)+8
	if isSpherical(o.Metric) {
		perRow += 4 * int64(dims)
	}
	return fixed, perRow
}

// TrainedOn is from how many vectors the centroids were found; poorly says that
// memory kept it from more, and that the lists are worse for it.
func (x *Index) TrainedOn() (vectors int, poorly bool) { return x.trainedOn, x.poorly }
