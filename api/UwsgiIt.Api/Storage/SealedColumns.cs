using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace UwsgiIt.Api.Storage;

/// <summary>Columns marked <see cref="SecretAttribute"/> are encrypted on their way to the database.</summary>
internal static class SealedColumns
{
    public static void Apply(ModelBuilder model, Seal seal)
    {
        foreach (var entity in model.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties().Where(static property => property.PropertyInfo?.GetCustomAttribute<SecretAttribute>() is { Sealed: true }))
            {
                // The place is authenticated with the text: a sealed value moved to another column does not open.
                var place = $"{entity.ClrType.Name}.{property.Name}";
                property.SetValueConverter(new ValueConverter<string, string>(text => seal.Close(text, place), text => seal.Open(text, place)));
            }
        }
    }
}
