namespace UwsgiIt.Network.Firewall;

/// <summary>What a chain says about an address.</summary>
/// <param name="Rule">Index of the first rule that matches.</param>
/// <param name="Fallback">Index of the next one that decides for itself, when <paramref name="Rule"/> allows replies only; else the same.</param>
public readonly record struct ChainMatch(int Rule, int Fallback);
