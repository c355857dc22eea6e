namespace UwsgiIt.Api.Metrics;

/// <summary>A value as sent.</summary>
internal readonly record struct RawPoint(long Unix, long Value);

/// <summary>All values of one step.</summary>
internal readonly record struct StepPoint(long Unix, long Last, long Min, long Max, double Average);
