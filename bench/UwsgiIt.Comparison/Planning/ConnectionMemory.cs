namespace UwsgiIt.Comparison.Planning;

/// <summary>Resident memory of the router, in bytes.</summary>
/// <param name="Base">Without connections.</param>
/// <param name="Plain">For each idle connection.</param>
/// <param name="Tls">For each idle connection over TLS.</param>
internal sealed record ConnectionMemory(double Base, double Plain, double Tls);
