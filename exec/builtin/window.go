package builtin

// windows are the window functions, all of which SQLite has with the same
// meaning. Where an argument is out of range SQLite has an error of its own:
// "argument of ntile must be a positive integer" and "second argument to
// nth_value must be a positive integer" are 22014 and 22016 in Postgres.
func windows() Table {
	return Table{
		"window_row_number":                   {Window: "row_number()"},
		"window_rank":                         {Window: "rank()"},
		"window_dense_rank":                   {Window: "dense_rank()"},
		"window_percent_rank":                 {Window: "percent_rank()"},
		"window_cume_dist":                    {Window: "cume_dist()"},
		"window_ntile":                        {Window: "ntile($1)"},
		"window_lag":                          {Window: "lag($1)"},
		"window_lag_with_offset":              {Window: "lag($1, $2)"},
		"window_lag_with_offset_and_default":  {Window: "lag($1, $2, $3)"},
		"window_lead":                         {Window: "lead($1)"},
		"window_lead_with_offset":             {Window: "lead($1, $2)"},
		"window_lead_with_offset_and_default": {Window: "lead($1, $2, $3)"},
		"window_first_value":                  {Window: "first_value($1)"},
		"window_last_value":                   {Window: "last_value($1)"},
		"window_nth_value":                    {Window: "nth_value($1, $2)"},
	}
}
