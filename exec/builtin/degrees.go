package builtin

import "math"

// The trigonometric functions in degrees are exact where the exact result is
// simple: at multiples of 30 and 45. They reduce to the first quadrant, and
// divide by the computed value at the exact angle.

// radians turns degrees into radians, rounded the same way for the exact angles
// as for any other.
func radians(x float64) float64 { return x * radiansPerDegree }

// The computed values at the exact angles.
var (
	sin30         = preciseSin(radians(30))
	oneMinusCos60 = 1 - preciseCos(radians(60))
	asinHalf      = preciseAsin(0.5)
	acosHalf      = preciseAcos(0.5)
)

// degreesOf refuses infinities.
func degreesOf(f func(float64) float64) func(float64) (float64, error) { return finite(f) }

func sinQuadrant0(x float64) float64 { // 0 to 90
	if x <= 30 {
		return preciseSin(radians(x)) / sin30 / 2
	}
	return cosUpTo60(90 - x)
}

func cosQuadrant0(x float64) float64 {
	if x <= 60 {
		return cosUpTo60(x)
	}
	return preciseSin(radians(90-x)) / sin30 / 2
}

func cosUpTo60(x float64) float64 {
	oneMinus := 1 - preciseCos(radians(x))
	return 1 - oneMinus/oneMinusCos60/2
}

func sinDegrees(x float64) float64 {
	if x != x {
		return x
	}
	x = math.Mod(x, 360)
	sign := 1.0
	if x < 0 {
		x, sign = -x, -sign
	}
	if x > 180 {
		x, sign = 360-x, -sign
	}
	if x > 90 {
		x = 180 - x
	}
	return sign * sinQuadrant0(x)
}

func cosDegrees(x float64) float64 {
	if x != x {
		return x
	}
	x = math.Abs(math.Mod(x, 360))
	sign := 1.0
	if x > 180 {
		x = 360 - x
	}
	if x > 90 {
		x, sign = 180-x, -sign
	}
	return sign * cosQuadrant0(x)
}

// quadrant folds x into 0 to 90 for the functions with the sign of a tangent.
func quadrant(x float64) (folded, sign float64) {
	x, sign = math.Mod(x, 360), 1
	if x < 0 {
		x, sign = -x, -sign
	}
	if x > 180 {
		x, sign = 360-x, -sign
	}
	if x > 90 {
		x, sign = 180-x, -sign
	}
	return x, sign
}

func tanDegrees(x float64) float64 {
	if x != x {
		return x
	}
	x, sign := quadrant(x)
	unit := sinQuadrant0(45) / cosQuadrant0(45)
	// Adding zero turns a negative zero into the positive one.
	return sign*(sinQuadrant0(x)/cosQuadrant0(x)/unit) + 0
}

func cotDegrees(x float64) float64 {
	if x != x {
		return x
	}
	x, sign := quadrant(x)
	unit := cosQuadrant0(45) / sinQuadrant0(45)
	return sign*(cosQuadrant0(x)/sinQuadrant0(x)/unit) + 0
}

func asinQuadrant1(x float64) float64 { // 0 to 1
	if x <= 0.5 {
		return preciseAsin(x) / preciseAsin(0.5) * 30
	}
	return 90 - preciseAcos(x)/acosHalf*60
}

func acosQuadrant1(x float64) float64 {
	if x <= 0.5 {
		return 90 - preciseAsin(x)/asinHalf*30
	}
	return preciseAcos(x) / preciseAcos(0.5) * 60
}

func asinDegrees(x float64) float64 {
	if x != x {
		return x
	}
	if x >= 0 {
		return asinQuadrant1(x)
	}
	return -asinQuadrant1(-x)
}

func acosDegrees(x float64) float64 {
	if x != x {
		return x
	}
	if x >= 0 {
		return acosQuadrant1(x)
	}
	return 90 + asinQuadrant1(-x)
}
