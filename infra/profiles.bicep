// The kinds of deployment that GATEWAY_PROFILE chooses from. Change the numbers here; README.md says what they cost.

import { profile } from 'types.bicep'

@export()
@description('For trying and developing: nothing waits, so nothing idle costs but Service Bus. 20 connections.')
var small profile = {
  instances: [
    { name: 'alpha', sku: 'Free_F1', units: 1 }
  ]
  compute: {
    memoryMB: 2048
    maximumInstances: 40
    alwaysReadyHttp: 0
    alwaysReadySequencer: 0
    httpConcurrency: 64
    zoneRedundant: false
  }
  messaging: { sku: 'Standard', units: 0 }
  storageSku: 'Standard_LRS'
  privateNetwork: false
  telemetryDays: 30
  telemetryGBPerDay: '0.5'
}

@export()
@description('For production: two instances, so that one can be drained; what clients wait for is always warm. 2,000 connections, of which one instance takes half.')
var production profile = {
  instances: [
    { name: 'alpha', sku: 'Standard_S1', units: 1 }
    { name: 'beta', sku: 'Standard_S1', units: 1 }
  ]
  compute: {
    memoryMB: 2048
    maximumInstances: 100
    alwaysReadyHttp: 2
    alwaysReadySequencer: 1
    httpConcurrency: 64
    zoneRedundant: false
  }
  messaging: { sku: 'Standard', units: 0 }
  storageSku: 'Standard_ZRS'
  privateNetwork: false
  telemetryDays: 30
  telemetryGBPerDay: '5'
}

@export()
@description('For production where only clients may come from outside: zones, private endpoints, and the Service Bus that has them.')
var private profile = {
  instances: [
    { name: 'alpha', sku: 'Premium_P1', units: 1 }
    { name: 'beta', sku: 'Premium_P1', units: 1 }
  ]
  compute: {
    memoryMB: 2048
    maximumInstances: 100
    alwaysReadyHttp: 3
    alwaysReadySequencer: 3
    httpConcurrency: 64
    zoneRedundant: true
  }
  messaging: { sku: 'Premium', units: 1 }
  storageSku: 'Standard_ZRS'
  privateNetwork: true
  telemetryDays: 90
  telemetryGBPerDay: '5'
}

@export()
@description('The profiles by the value of GATEWAY_PROFILE.')
var profiles = {
  small: small
  production: production
  private: private
}
