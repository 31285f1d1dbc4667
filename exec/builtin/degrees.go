package builtin

import "math"

// The trigonometric functions in degrees are exact where the exact result is
// simple: at multiples of 30 and 45. They reduce to the first quadrant, and
// divide by the computed value at the exact angle.

// degreesOf refuses infinities.
func degreesOf(f func(float64) float64) func(float64) (float64, error) { return finite(f) }

func sinQuadrant0(x float64) float64 { // 0 to 90
	if x <= 30 {
		return preciseSin(x*radiansPerDegree) / preciseSin(30*radiansPerDegree) / 2
	}
	return cosUpTo60(90 - x)
}

func cosQuadrant0(x float64) float64 {
	if x <= 60 {
		return cosUpTo60(x)
	}
	return preciseSin((90-x)*radiansPerDegree) / preciseSin(30*radiansPerDegree) / 2
}

func cosUpTo60(x float64) float64 {
	oneMinus := 1 - preciseCos(x*radiansPerDegree)
	return 1 - oneMinus/(1-preciseCos(60*radiansPerDegree))/2
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
	return 90 - preciseAcos(x)/preciseAcos(0.5)*60
}

func acosQuadrant1(x float64) float64 {
	if x <= 0.5 {
		return 90 - preciseAsin(x)/preciseAsin(0.5)*30
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
