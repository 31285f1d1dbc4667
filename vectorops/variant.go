package vectorops

// variant is one implementation of the kernels. Tests select each in turn and
// put it through the same cases; select must not be called while kernels run.
type variant struct {
	name string
	use  func()
}
