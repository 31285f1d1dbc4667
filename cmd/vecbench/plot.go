package main

import (
	"cmp"
	"context"
	"flag"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
)

// plotVerb draws the rows of one client that are in the given files.
func plotVerb(_ context.Context, args []string, _ *output) error {
	f := flag.NewFlagSet("plot", flag.ContinueOnError)
	to := f.String("out", "recall.svg", "`file` to draw: .svg or .png")
	title := f.String("title", "", "`text` above the plot")
	least := f.Float64("from", 0.8, "least `recall` to show")
	if err := f.Parse(args); err != nil {
		return err
	}
	lines := map[string]plotter.XYs{}
	for _, path := range f.Args() {
		rows, err := readCSV(path)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.recall >= *least {
				lines[row.line] = append(lines[row.line], plotter.XY{X: row.recall, Y: row.qps})
			}
		}
	}
	return draw(*to, *title, lines)
}

func draw(path, title string, lines map[string]plotter.XYs) error {
	p := plot.New()
	p.Title.Text = title
	p.X.Label.Text = "recall@10"
	p.Y.Label.Text = "queries a second, one client"
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	p.Legend.Left = true
	p.Add(plotter.NewGrid())
	var all []any
	names := make([]string, 0, len(lines))
	for name := range lines {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		points := lines[name]
		slices.SortFunc(points, func(a, b plotter.XY) int { return cmp.Compare(a.X, b.X) })
		all = append(all, name, points)
	}
	if err := plotutil.AddLinePoints(p, all...); err != nil {
		return err
	}
	return p.Save(18*vg.Centimeter, 11*vg.Centimeter, path)
}
