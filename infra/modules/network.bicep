// What makes a deployment private: a network, a subnet that the app reaches others through, and private endpoints for
// storage, Service Bus and the REST side of the instances. Clients still connect to the instances from the internet.

import { createdInstance } from 'web-pubsub.bicep'

@description('Required. The region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. What makes names unique.')
@minLength(13)
@maxLength(13)
param token string

@description('Required. The storage account.')
param storageName string

@description('Required. The Service Bus namespace.')
param serviceBusName string

@description('Required. The instances.')
param instances createdInstance[]

var zoneNames = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  namespace: 'privatelink.servicebus.windows.net'
  webpubsub: 'privatelink.webpubsub.azure.com'
}

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

resource serviceBus 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: serviceBusName
}

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: 'vnet-${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.90.0.0/22'] }
  }

  // An address for each instance of the app, with room for a roll of all of them.
  resource functions 'subnets' = {
    name: 'functions'
    properties: {
      addressPrefix: '10.90.0.0/24'
      // The app reads the signing keys of issuers, and they are on the internet.
      defaultOutboundAccess: true
      delegations: [
        { name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }
      ]
    }
  }

  resource endpoints 'subnets' = {
    name: 'endpoints'
    properties: {
      addressPrefix: '10.90.1.0/24'
      defaultOutboundAccess: false
    }
    // Subnets of one network are made one after the other.
    dependsOn: [functions]
  }
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in items(zoneNames): {
    name: zone.value
    location: 'global'
    tags: tags
  }
]

resource zoneLinks 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, at) in items(zoneNames): {
    parent: zones[at]
    name: network.name
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

var targets = concat(
  [
    { name: 'blob', group: 'blob', id: storage.id }
    { name: 'table', group: 'table', id: storage.id }
    { name: 'bus', group: 'namespace', id: serviceBus.id }
  ],
  map(instances, instance => {
    name: instance.name
    group: 'webpubsub'
    id: resourceId('Microsoft.SignalRService/webPubSub', instance.resource)
  })
)

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2024-07-01' = [
  for target in targets: {
    name: 'pe-${target.name}-${token}'
    location: location
    tags: tags
    properties: {
      subnet: { id: network::endpoints.id }
      privateLinkServiceConnections: [
        {
          name: target.name
          #disable-next-line use-resource-id-functions // It is one, by way of the list above.
          properties: { privateLinkServiceId: target.id, groupIds: [target.group] }
        }
      ]
    }
  }
]

resource zoneGroups 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-07-01' = [
  for (target, at) in targets: {
    parent: privateEndpoints[at]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: target.group
          properties: { privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', zoneNames[target.group]) }
        }
      ]
    }
    dependsOn: [zones]
  }
]

output functionsSubnetId string = network::functions.id
