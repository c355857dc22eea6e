namespace UwsgiIt.Api.Hosting;

/// <summary>A section of the configuration that can name its own faults. Defaults of a section are always free of faults.</summary>
internal interface IValidatedOptions
{
    /// <summary>Name of the section in api.json, for example <c>Storage</c> for StorageOptions.</summary>
    static abstract string SectionName { get; }

    /// <summary>Every fault found, none when the section is good.</summary>
    IEnumerable<OptionFault> Validate();
}
