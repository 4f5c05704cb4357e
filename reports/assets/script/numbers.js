// Estimates and their texts, for what the reader chooses: the same numbers as the report's own, whose
// sources are harness/host/statistics and reports/model/number_text.cc.
(function () {
  // 97.5 % quantiles of Student's t for 1 to 60 degrees of freedom.
  const quantiles = [
    12.70620473617469, 4.302652729749462, 3.182446305283709, 2.776445105197793, 2.570581835636315,
    2.446911851144979, 2.364624251592785, 2.306004135204166, 2.262157162798205, 2.228138851986274,
    2.200985160091639, 2.178812829667228, 2.160368656462792, 2.144786687917803, 2.131449545559775,
    2.119905299221254, 2.109815577833317, 2.100922040241038, 2.093024054408309, 2.085963447265864,
    2.07961384472768, 2.073873067904026, 2.068657610419048, 2.063898561628025, 2.059538552753297,
    2.055529438642873, 2.051830516480285, 2.048407141795245, 2.045229642132704, 2.042272456301238,
    2.039513446396408, 2.036933343460102, 2.034515297449338, 2.032244509317719, 2.030107928250343,
    2.028094000980451, 2.026192463029109, 2.024394163911969, 2.022690920036761, 2.021075390306273,
    2.019540970441376, 2.018081702818444, 2.016692199227824, 2.015367574443764, 2.014103388880846,
    2.012895598919429, 2.011740513729765, 2.010634757624232, 2.009575237129239, 2.008559112100761,
    2.007583770315835, 2.006646805061688, 2.005745995317869, 2.004879288188057, 2.004044783289145,
    2.003240718847872, 2.002465459291007, 2.001717484145236, 2.000995378088267, 2.00029782201426,
  ];

  // Above the table: Cornish and Fisher's expansion around the normal quantile, 26.7.5 of Abramowitz
  // and Stegun (1964); off by less than 1e-9 there.
  function tQuantile(df) {
    if (df <= quantiles.length) return quantiles[df - 1];
    const z = 1.959963984540054;
    const z3 = z ** 3, z5 = z ** 5, z7 = z ** 7, z9 = z ** 9;
    return z + (z3 + z) / (4 * df) + (5 * z5 + 16 * z3 + 3 * z) / (96 * df ** 2) +
      (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * df ** 3) +
      (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / (92160 * df ** 4);
  }

  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

  function deviation(values) {
    const center = mean(values);
    const squares = values.reduce((sum, value) => sum + (value - center) * (value - center), 0);
    const sd = Math.sqrt(squares / (values.length - 1));
    const largest = Math.max(...values.map(Math.abs));
    return sd <= 1e-12 * largest ? 0 : sd;
  }

  // {n, mean, low, high} of the values that are numbers; low and high from two of them on.
  function estimate(values) {
    const finite = values.filter((value) => typeof value === "number");
    if (finite.length === 0) return { n: 0 };
    const result = { n: finite.length, mean: mean(finite) };
    if (finite.length > 1) {
      const half = tQuantile(finite.length - 1) * deviation(finite) / Math.sqrt(finite.length);
      result.low = result.mean - half;
      result.high = result.mean + half;
    }
    return result;
  }

  // The ratio of two means with Fieller's interval; without `ratio` when the denominator is within
  // two standard errors of zero.
  function estimateRatio(numerator, denominator) {
    const x = [], y = [];
    numerator.forEach((value, i) => {
      if (typeof value !== "number" || typeof denominator[i] !== "number") return;
      x.push(value);
      y.push(denominator[i]);
    });
    const n = x.length;
    if (n < 2) return { n: n };
    const a = mean(x), b = mean(y), sx = deviation(x), sy = deviation(y);
    let covariance = x.reduce((sum, value, i) => sum + (value - a) * (y[i] - b), 0);
    covariance = sx === 0 || sy === 0 ? 0 : covariance / (n - 1);
    const t2 = tQuantile(n - 1) ** 2;
    const A = b * b - t2 * sy * sy / n;
    const B = a * b - t2 * covariance / n;
    const C = a * a - t2 * sx * sx / n;
    const result = { n: n };
    if (b > 2 * sy / Math.sqrt(n)) result.ratio = a / b;
    const discriminant = B * B - A * C;
    if (A > 0) {
      const root = Math.sqrt(Math.max(0, discriminant));
      result.low = (B - root) / A;
      result.high = (B + root) / A;
    } else if (A < 0 && discriminant > 0) {
      const root = Math.sqrt(discriminant);
      result.outside = [(B + root) / A, (B - root) / A];
    }
    return result;
  }

  // As the report's own texts are rounded: ties to even, where toFixed takes the larger. `exact` has
  // 25 decimals more than `text`.
  function tiesToEven(text, exact) {
    if (!/^50*$/.test(exact.slice(-25))) return text;
    const below = exact.slice(0, -25).replace(/\.$/, "");
    return Number(below.slice(-1)) % 2 === 0 ? below : text;
  }

  function rounded(value, decimals) {
    return tiesToEven(value.toFixed(decimals), value.toFixed(decimals + 25));
  }

  // Digits that count, as number_text.cc prints them.
  function withDigits(value, digits) {
    if (value === 0) return "0";
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    if (value < 1e-3 || value >= 1e6) {
      const exact = value.toExponential(digits + 24).split("e");
      const figures = exact[1] === exponent ? tiesToEven(mantissa, exact[0]) : mantissa;
      return figures + "e" + exponent.replace("+", "").replace("-", "\u2212");
    }
    const above = Number(value.toExponential(25).split("e")[1]);
    return rounded(value, Math.max(0, digits - 1 - above));
  }

  function number(value, decimals) {
    const size = Math.abs(value);
    const text = decimals < 0 ? withDigits(size, -decimals) : rounded(size, decimals);
    return value < 0 && /[1-9]/.test(text) ? "\u2212" + text : text;
  }

  function signed(value, decimals) {
    const text = number(value, decimals);
    return value > 0 && /[1-9]/.test(text) ? "+" + text : text;
  }

  function estimateText(result, decimals) {
    const text = number(result.mean, decimals);
    if (result.low === undefined) return text;
    return text + " \u00b1 " + number((result.high - result.low) / 2, decimals);
  }

  function ratioText(result, decimals) {
    if (result.ratio === undefined) return "not defined";
    const text = number(result.ratio, decimals);
    if (result.low !== undefined) {
      return text + " [" + number(result.low, decimals) + ", " + number(result.high, decimals) + "]";
    }
    if (result.outside) {
      return text + " (unbounded: below " + number(result.outside[0], decimals) + " or above " +
        number(result.outside[1], decimals) + ")";
    }
    return text + " (unbounded: any value fits)";
  }

  function differenceText(result, decimals) {
    const text = signed(result.mean, decimals);
    if (result.low === undefined) return text;
    return text + " [" + signed(result.low, decimals) + ", " + signed(result.high, decimals) + "]";
  }

  assay.numbers = {
    tQuantile, estimate, estimateRatio, number, estimateText, ratioText, differenceText,
  };
})();
