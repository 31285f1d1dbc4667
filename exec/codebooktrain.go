package exec

import (
	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
	"voronoi/pq"
)

// Defaults of pq_train: a byte for each of eight parts.
const (
	defaultSubspaces = 8
	defaultCentroids = pq.MaxKsub
)

// trainPerCentroid is how many vectors train a codebook at most for each
// centroid, as many as pq.Train looks at.
const trainPerCentroid = 256

// sqlPQTrain is pq_train(relation, column_name, m, k, seed, codebook): it trains
// a codebook and stores it in the catalog, within the transaction.
func sqlPQTrain(x *execution, args []datum.Datum) ([][]datum.Datum, error) {
	if err := x.definingIn("pq_train"); err != nil {
		return nil, err
	}
	rel, err := x.tableArgument("pq_train", args[0])
	if err != nil {
		return nil, err
	}
	col, err := x.vectorColumnArgument(rel, args[1])
	if err != nil {
		return nil, err
	}
	l, err := x.columnHere(rel, col)
	if err != nil {
		return nil, err
	}
	var slots []index.Slot
	if l.vectors != nil {
		slots = visibleSlots(&l.rows.view, x.snapshot())
	}
	if len(slots) == 0 {
		return nil, pgerr.Newf(pgerr.ObjectNotInPrerequisiteState, "column %q of relation %q has no vectors to train on", col.Name, rel.Name)
	}
	o, err := trainOptions(col.Name, l.vectors.Dims(), len(slots), args[2:5])
	if err != nil {
		return nil, err
	}
	name, err := x.codebookName(rel, col, args[5])
	if err != nil {
		return nil, err
	}
	sample, err := l.gather(spread(slots, o.Ksub*trainPerCentroid))
	if err != nil {
		return nil, canceled(x.ctx, err)
	}
	cb, err := pq.Train(x.ctx, sample, o)
	if err != nil {
		return nil, canceled(x.ctx, err)
	}
	mse, err := x.meanSquaredError(cb, l, slots)
	if err != nil {
		return nil, err
	}
	object := &catalog.Codebook{
		Name: name, Table: rel.OID, Column: col.Attnum,
		Subspaces: cb.M, Centroids: cb.Ksub, Dims: cb.Dims(), MSE: mse, Seed: int64(o.Seed), Data: encodeCentroids(cb.Centroids),
	}
	d := &definer{s: x.session, x: x, ctx: x.ctx}
	if err := d.put(object); err != nil {
		return nil, err
	}
	return [][]datum.Datum{{
		datum.Text(name), datum.Int(int64(cb.M)), datum.Int(int64(cb.Ksub)), datum.Int(int64(cb.Dsub)), datum.Float(mse),
	}}, nil
}

// sqlPQDrop is pq_drop(codebook).
func sqlPQDrop(x *execution, args []datum.Datum) (datum.Datum, error) {
	if err := x.definingIn("pq_drop"); err != nil {
		return datum.Null, err
	}
	object := x.catalog.Codebook(args[0].Str())
	if object == nil {
		return datum.Null, pgerr.Newf(pgerr.UndefinedObject, "codebook %q does not exist", args[0].Str())
	}
	d := &definer{s: x.session, x: x, ctx: x.ctx}
	return datum.Text(""), d.edit(func(e *catalog.Editor) error {
		e.Drop(object.OID)
		return nil
	})
}

// trainOptions reads m, k and seed for a column of so many vectors. Without a k
// it is as large as the vectors allow.
func trainOptions(column string, dims, vectors int, args []datum.Datum) (o pq.Options, err error) {
	if o.M, err = countArgument("m", args[0], defaultSubspaces, maxCount); err != nil {
		return o, err
	}
	if dims%o.M != 0 {
		return o, pgerr.Newf(pgerr.InvalidParameterValue, "m must divide the number of dimensions, but %d does not divide %d", o.M, dims)
	}
	if o.Ksub, err = countArgument("k", args[1], min(defaultCentroids, vectors), pq.MaxKsub); err != nil {
		return o, err
	}
	if vectors < o.Ksub {
		return o, pgerr.Newf(pgerr.ObjectNotInPrerequisiteState, "column %q has %d vectors, too few to train %d centroids", column, vectors, o.Ksub).
			WithHint("Choose a smaller k.")
	}
	if !args[2].IsNull() {
		o.Seed = uint64(args[2].Int())
	}
	return o, nil
}

// codebookName is the name that was asked for, or a free one made of the
// column's.
func (x *execution) codebookName(rel *catalog.Relation, col *catalog.Column, d datum.Datum) (string, error) {
	if !d.IsNull() {
		switch name := d.Str(); {
		case name == "":
			return "", pgerr.New(pgerr.InvalidName, "the name of a codebook must not be empty")
		case x.catalog.Codebook(name) != nil:
			return "", pgerr.Newf(pgerr.DuplicateObject, "codebook %q already exists", name)
		default:
			return name, nil
		}
	}
	base := rel.Name + "_" + col.Name + "_pq"
	name := base
	for n := 1; x.catalog.Codebook(name) != nil; n++ {
		name = base + itoa(n)
	}
	return name, nil
}

// visibleSlots are the slots that a snapshot sees.
func visibleSlots(view *index.View, seq index.Seq) []index.Slot {
	var slots []index.Slot
	for s := range index.Slot(view.Len()) {
		if view.Visible(s, seq) {
			slots = append(slots, s)
		}
	}
	return slots
}

// spread chooses up to n slots, evenly spaced.
func spread(slots []index.Slot, n int) []index.Slot {
	if len(slots) <= n {
		return slots
	}
	chosen := make([]index.Slot, n)
	for i := range chosen {
		chosen[i] = slots[i*len(slots)/n]
	}
	return chosen
}

// meanSquaredError is the error of encoding vectors, taken a batch at a time.
func (x *execution) meanSquaredError(cb *pq.Codebook, column *columnHere, slots []index.Slot) (float64, error) {
	const batch = 4096
	sum, n := 0.0, len(slots)
	for len(slots) > 0 {
		if err := x.ctx.Err(); err != nil {
			return 0, canceled(x.ctx, err)
		}
		part := slots[:min(batch, len(slots))]
		slots = slots[len(part):]
		vectors, err := column.gather(part)
		if err != nil {
			return 0, canceled(x.ctx, err)
		}
		sum += cb.MSE(vectors) * float64(len(part))
	}
	return sum / float64(n), nil
}
