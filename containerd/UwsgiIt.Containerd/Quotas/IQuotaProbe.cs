using System.Diagnostics.CodeAnalysis;

namespace UwsgiIt.Containerd.Quotas;

/// <summary>Finds out whether a way of bounding disk use works where the homes are.</summary>
internal interface IQuotaProbe
{
    /// <summary>Its word in the settings.</summary>
    string Name { get; }

    /// <summary>True when "auto" may choose it.</summary>
    bool IsAutomatic { get; }

    /// <summary>Tries it for real; says why it does not work.</summary>
    bool TryOpen([NotNullWhen(true)] out IQuotaBackend? backend, [NotNullWhen(false)] out string? reason);
}
